"""Single facts that notes state: corrections, dated values, terms."""
