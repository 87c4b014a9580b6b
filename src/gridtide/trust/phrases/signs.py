"""What stands between sentences, lengths of time, and instants on the clock of a site."""

from collections.abc import Mapping

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PHRASES: Mapping[str, str] = {
    "{one}; {other}": "{one}；{other}",
    "{one}, {other}": "{one}，{other}",
    "{subject}: {said}": "{subject}：{said}",
    "{said}.": "{said}。",
    "{days_n} days": "{days_n} 天",
    **{
        f"{{day_n}} {month} {{hour_n}}": f"{at}月{{day_n}}日 {{hour_n}}"
        for at, month in enumerate(MONTHS, 1)
    },
    **{f"{day} {{date_n}}": "{date_n}" for day in DAYS},
}
"""By the English form."""
