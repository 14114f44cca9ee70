"""Who is who in plain Python and networkx, from a set of links."""

import networkx as nx


def graph_of(nodes, links):
    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(links)
    return graph


def separated(nodes, links, unique_types, most_keys):
    """`nodes`: key to type; `links`: (key, key) to rule, 0 for an alias.

    Gives the groups (sets) and the reasons of the cut links.
    """
    held, reasons = dict(links), {}
    for id_type in unique_types:
        label = labels(nodes, held, id_type)
        for link in [(a, b) for a, b in held if label[a] != label[b]]:
            reasons[link] = "unique"
            del held[link]
    for rule in sorted(set(links.values()), reverse=True):
        for group in [
            g for g in nx.connected_components(graph_of(nodes, held)) if len(g) > most_keys
        ]:
            for link in [k for k, r in held.items() if k[0] in group and r == rule]:
                reasons[link] = "size"
                del held[link]
    return {frozenset(g) for g in nx.connected_components(graph_of(nodes, held))}, reasons


def labels(nodes, held, id_type):
    """Where each key goes when values of a type are kept apart: to a value, or to the remainder."""
    values = {k for k, t in nodes.items() if t == id_type}
    same = graph_of(values, [k for k, r in held.items() if r == 0 and values.issuperset(k)])
    value_of = {k: frozenset(g) for g in nx.connected_components(same) for k in g}
    label = {}
    for component in nx.connected_components(graph_of(nodes, held)):
        inside = {value_of[k] for k in component & values}
        if len(inside) < 2:
            label |= dict.fromkeys(component, frozenset(component))
            continue
        label |= {k: value_of[k] for k in component & values}
        spread(graph_of(component, [k for k in held if k[0] in component]), label)
        left = graph_of(
            component - label.keys(),
            [k for k in held if not label.keys() & set(k) and k[0] in component],
        )
        label |= {k: frozenset(g) for g in nx.connected_components(left) for k in g}
    return label


def spread(graph, label):
    """In steps: an unlabelled key takes its neighbours' label of the last step, if they agree."""
    front, shared = {k for k in graph if k in label}, set()
    while front:
        reached = {n for k in front for n in graph[k]} - label.keys() - shared
        labels_near = {n: {label[k] for k in graph[n] if k in front} for n in reached}
        front = {n for n, found in labels_near.items() if len(found) == 1}
        shared |= reached - front
        label |= {n: next(iter(labels_near[n])) for n in front}
