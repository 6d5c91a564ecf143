"""Claims of docs/concepts/module_list.md."""

from coursenotes.claims import above, below, falsified_by, swap


@falsified_by(control={"hidden": ("ModuleList", "list")})
@falsified_by(swap("hidden", "list", "ModuleList"))
def test_list_is_never_trained(hidden_layers):
    """In a ModuleList, at least 0.5 more hidden weights change than in a list, and the loss is at least 1 nat lower."""
    in_list, registered = (hidden_layers.metric("changed", hidden=kind) for kind in ("list", "ModuleList"))
    assert above(registered, in_list, margin=0.5)
    in_list, registered = (hidden_layers.metric("loss", hidden=kind) for kind in ("list", "ModuleList"))
    assert below(registered, in_list, margin=1)
