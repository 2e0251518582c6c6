"""Browser side of the widgets: ES modules and one style sheet."""
