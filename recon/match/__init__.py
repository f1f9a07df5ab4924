"""Match order lines to products and payment channels to accounts; every match has a reason."""
