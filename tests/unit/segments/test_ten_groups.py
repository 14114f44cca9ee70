"""The groups of the demo's ten personas, by what tells most of each, and their names."""

import pytest

from desirelines.catalogue.words import Trait
from desirelines.segments.naming import is_near, names_apart

GROUPS = """
    group | feature                  | mean  | median | rest  | effect
        01 | days_to_goal             | 194   | 206   | 96.2   | 1.2
        01 | steps_per_order          | 85.9  | 67.5  | 44.8   | 1.16
        01 | cart_without_order_share | 0.66  | 0.667 | 0.401  | 1.06
        01 | search_share             | 0.232 | 0.234 | 0.127  | 0.874
        01 | sessions_per_week        | 0.53  | 0.534 | 0.389  | 0.816
        01 | days_between_orders      | 110   | 88.3  | 68.6   | 0.8
        01 | active_days              | 23    | 22    | 17.1   | 0.793
        02 | search_share             | 0.389 | 0.388 | 0.103  | 3.53
        02 | cart_visit_share         | 0.127 | 0.111 | 0.412  | -1.68
        02 | path_depth               | 4.93  | 4.72  | 6.61   | -1.16
        02 | path_entropy             | 0.857 | 0.86  | 0.893  | -1.04
        02 | self_loop_rate           | 0.197 | 0.19  | 0.137  | 0.897
        02 | recency_days             | 169   | 167   | 95.6   | 0.876
        02 | steps_per_order          | 77.9  | 68    | 46.1   | 0.875
        03 | content_share            | 0.347 | 0.352 | 0.0393 | 9.46
        03 | product_share            | 0.103 | 0.103 | 0.26   | -2.62
        03 | backtrack_rate           | 0.361 | 0.353 | 0.26   | 1.51
        03 | features_used            | 0.381 | 0     | 0.886  | -1.49
        03 | top_category_share       | 0.38  | 0.333 | 0.261  | 1.41
        03 | distinct_categories      | 4.43  | 4     | 6.52   | -1.16
        03 | search_share             | 0.0267 | 0.025 | 0.154  | -1.07
        04 | look_ahead_share         | 0.421 | 0.392 | 0.0642 | 2.14
        04 | stickiness               | 0.2   | 0.196 | 0.168  | 1.61
        04 | monetary                 | 466   | 389   | 224    | 1.1
        04 | frequency                | 5.53  | 5     | 3.35   | 0.986
        04 | pace_seconds             | 32.2  | 31.2  | 52.6   | -0.855
        04 | email_open_share         | 0.16  | 0.176 | 0.332  | -0.77
        04 | self_loop_rate           | 0.0978 | 0.0915 | 0.15   | -0.756
        05 | discount_share           | 0.347 | 0.348 | 0.113  | 2.82
        05 | email_open_share         | 0.687 | 0.706 | 0.274  | 2.12
        05 | email_click_share        | 0.161 | 0.176 | 0.0694 | 1.19
        05 | order_value              | 28.1  | 25.8  | 76.3   | -1.18
        05 | self_loop_rate           | 0.208 | 0.2   | 0.138  | 1.03
        05 | distinct_categories      | 7.82  | 8     | 6.12   | 0.924
        05 | discounted_order_share   | 0.966 | 1     | 0.745  | 0.779
        06 | help_share               | 0.14  | 0.138 | 0.0223 | 4.91
        06 | support_contacts         | 2.62  | 3     | 0.507  | 2.49
        06 | satisfaction             | 5.02  | 5     | 7.38   | -1.42
        06 | feature_share            | 0.129 | 0.128 | 0.0444 | 1.35
        06 | product_share            | 0.16  | 0.158 | 0.252  | -1.27
        06 | cart_without_order_share | 0.686 | 0.714 | 0.408  | 1.14
        06 | revisit_rate             | 0.116 | 0.115 | 0.18   | -0.898
        07 | referrals                | 8.25  | 8     | 3.09   | 1.63
        07 | email_open_share         | 0.606 | 0.647 | 0.287  | 1.51
        07 | email_click_share        | 0.172 | 0.176 | 0.0695 | 1.35
        07 | satisfaction             | 9.18  | 9.5   | 6.93   | 1.34
        07 | engaged_minutes_per_week | 2.9   | 2.67  | 1.59   | 1.27
        07 | search_share             | 0.0307 | 0.0312 | 0.151  | -1
        07 | pace_seconds             | 69.7  | 65.8  | 48.6   | 0.885
        08 | engaged_minutes          | 9.12  | 8.16  | 4.56   | 1.86
        08 | days_since_active        | 52    | 20.6  | 13.1   | 1.66
        08 | recency_days             | 222   | 225   | 94.4   | 1.59
        08 | sessions_per_week        | 0.185 | 0.192 | 0.428  | -1.47
        08 | active_days              | 8.27  | 8     | 18.7   | -1.45
        08 | cart_visit_share         | 0.615 | 0.6   | 0.353  | 1.44
        08 | email_open_share         | 0.0747 | 0.0588 | 0.336  | -1.19
        09 | feature_share            | 0.234 | 0.237 | 0.0369 | 4.78
        09 | engaged_minutes_per_week | 3.08  | 2.79  | 1.59   | 1.47
        09 | cart_visit_share         | 0.557 | 0.56  | 0.359  | 1.06
        09 | cart_without_order_share | 0.664 | 0.673 | 0.415  | 0.997
        09 | product_share            | 0.175 | 0.175 | 0.249  | -0.991
        09 | satisfaction             | 8.35  | 8.5   | 7.04   | 0.742
        10 | revisit_rate             | 0.356 | 0.355 | 0.158  | 3.91
        10 | path_depth               | 8.86  | 8.74  | 6.18   | 1.93
        10 | product_share            | 0.351 | 0.354 | 0.233  | 1.67
        10 | monetary                 | 546   | 490   | 223    | 1.51
        10 | features_used            | 0.371 | 0     | 0.871  | -1.43
        10 | pace_seconds             | 23    | 21.3  | 52.9   | -1.29
        10 | cart_visit_share         | 0.572 | 0.579 | 0.358  | 1.14
"""
NAMES = {
    "01": "Slow deciders",
    "02": "Researchers who stopped buying",
    "03": "Visitors who come for the content",
    "04": "Big spenders who plan a day ahead",
    "05": "Bargain hunters who read e-mails",
    "06": "Struggling customers",
    "07": "Happy advocates",
    "08": "Cart fillers who stopped buying",
    "09": "Power users",
    "10": "Back-and-forth browsers",
}


def groups():
    traits = {}
    for line in GROUPS.strip().splitlines()[1:]:
        group, feature, *numbers = (cell.strip() for cell in line.split("|"))
        mean, median, rest, effect = map(float, numbers)
        traits.setdefault(group, {})[feature] = Trait(mean, median, rest, effect)
    return traits


def test_the_ten_groups_have_names_that_a_marketer_would_give():
    assert names_apart(groups()) == NAMES


def test_no_two_names_are_nearly_the_same():
    names = sorted(NAMES.values())
    assert not [(a, b) for a in names for b in names if a < b and is_near(a, b)]


@pytest.mark.parametrize("group", sorted(NAMES))
def test_a_group_that_is_like_another_gets_another_name(group):
    traits = groups()
    twin = traits | {"twin": {f: Trait(t.mean, t.median, t.rest_mean, (t.effect or 0) * 0.9)
                              for f, t in traits[group].items()}}  # fmt: skip
    names = names_apart(twin)
    assert names[group] == NAMES[group]
    assert len(set(names.values())) == len(twin)
