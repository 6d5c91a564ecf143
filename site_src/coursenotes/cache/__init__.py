"""The rules of invalidation, and everything stored under keys made by them."""
