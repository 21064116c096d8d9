"""Contacts: when a customer, a lead or a tag is due next, and on which occasion."""
