"""What stands in the menu Help beside the guide: about, notices of the parts, the self-test."""
