"""YAML and XML only: the default study, the form presets and the labeling templates."""
