"""Plain values in, Dash trees and figures out. Knows neither models nor data."""
