"""The numbers behind another result: rules, weights, errors, overtakings, and who stayed away."""
