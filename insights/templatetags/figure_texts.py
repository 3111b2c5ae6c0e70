"""Figures as texts, for pages without links."""

from django import template

from insights.reports.wording import change_text, target_text, value_text

register = template.Library()
register.filter("value_text", value_text)
register.filter("change_text", change_text)
register.filter("target_text", target_text)
