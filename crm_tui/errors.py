"""Typed errors that speak to the user: what happened, what was kept, what to do next."""

import errno


def joined(*sentences: str) -> str:
    """Return sentences as one text; those of Chinese follow each other without a blank."""
    text = ""
    for part in sentences:
        text += (" " if text and part and not text.endswith(("。", "！", "？")) else "") + part
    return text


class CrmError(Exception):
    """A refusal or fault with a plain sentence for the user.

    ``what`` says what happened, ``kept`` what was saved or left untouched, ``todo`` the next step;
    all three are complete, translated sentences. ``exit_code`` is the status of a command that ends so.
    """

    exit_code = 1

    def __init__(self, what: str, kept: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.kept = kept
        self.todo = todo

    def __str__(self) -> str:
        return joined(self.what, self.kept, self.todo)


class BadInput(CrmError):
    """The input cannot be taken as it is."""


class UsageFault(CrmError):
    """The command was called in a way it does not know."""

    exit_code = 2


class Conflict(CrmError):
    """Somebody else changed the same thing meanwhile."""

    exit_code = 3


class Busy(CrmError):
    """Another process holds the lock."""

    exit_code = 3


class NotPermitted(CrmError):
    """The acting user may not do this."""

    exit_code = 4


class Refused(NotPermitted):
    """The role of the acting user does not allow this; such attempts are noted."""


class Fault(CrmError):
    """A fault of the program itself or of the machine under it."""

    exit_code = 70


class Cancelled(CrmError):
    """The user stopped it."""

    exit_code = 130


def system_reason(error: OSError) -> str:
    """Return in the user's language why the system refused, without a full stop; a rare reason as it is."""
    from crm_tui.locale import _

    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _("there is no right to do so here")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("the disk is full")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return _("the folder is not there")
    if error.errno == errno.EEXIST:
        return _("something of that name is there already")
    if error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
        return _("the name cannot be used here")
    return error.strerror or str(error)
