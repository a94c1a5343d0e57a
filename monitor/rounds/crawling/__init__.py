"""Checking the links of a site: what is known of each address, who asks, and what the report says."""
