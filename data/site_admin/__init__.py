"""What a manager decides about the site: settings, the policy of each field. It uses privacy and what is below."""
