"""The company's brand: its settings page, the logo, and the colours that a page derives from one colour."""
