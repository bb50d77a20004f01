"""Pricing: the pure engine on one core."""

from bench import pricing_engine

if __name__ == "__main__":
    pricing_engine.main()
