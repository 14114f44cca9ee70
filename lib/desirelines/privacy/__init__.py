"""Consent by purpose: which events and people may be used, when they happened and now."""
