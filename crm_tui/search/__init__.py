"""Finding any customer while a few signs are typed: grams, terms, tiers, scores, reasons."""
