"""Label Studio: the only place that knows it. Labeling configs, push, pull, the local server."""
