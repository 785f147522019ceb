"""The science of Rechki: pure pandas and numpy. Knows neither Prefect nor Label Studio."""
