"""Host names and IP addresses told apart."""

from ipaddress import ip_address


def is_address(host: str) -> bool:
    """Whether this is an IP address, of either version."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
