"""Draws figures from results, and shows what runnable cells write."""
