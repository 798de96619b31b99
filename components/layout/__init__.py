"""What surrounds a page: header, menus, footer, plain pages, display preferences, the glossary. It uses ui and assets."""
