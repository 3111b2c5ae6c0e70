"""What we offer and send. Django finds models here; import them from their module."""

from campaigns.models.address import AddressKey
from campaigns.models.consent_text import ConsentText
from campaigns.models.content import (
    Content,
    ContentLink,
    DownloadGrant,
    Upload,
)
from campaigns.models.enrollment import Enrollment, EnrollmentEvent
from campaigns.models.event import (
    Attendance,
    AttendanceBatch,
    AttendanceEntry,
    Event,
)
from campaigns.models.interest import (
    Interest,
    InterestMark,
    InterestProfile,
    InterestSettings,
    TopicRule,
)
from campaigns.models.mail_template import MailTemplate
from campaigns.models.message import (
    MailLink,
    Message,
    MessageCopy,
    MessageEvent,
    MessageFile,
)
from campaigns.models.opt_in import OptIn
from campaigns.models.public_pages import (
    Form,
    FormSubmission,
    LandingPage,
    PageCount,
)
from campaigns.models.sender import Sender
from campaigns.models.sequence import (
    Sequence,
    SequenceEvent,
    SequenceVersion,
    Step,
)
from campaigns.models.topic import Topic

__all__ = [
    "AddressKey",
    "Attendance",
    "AttendanceBatch",
    "AttendanceEntry",
    "ConsentText",
    "Content",
    "ContentLink",
    "DownloadGrant",
    "Enrollment",
    "EnrollmentEvent",
    "Event",
    "Form",
    "FormSubmission",
    "Interest",
    "InterestMark",
    "InterestProfile",
    "InterestSettings",
    "LandingPage",
    "MailLink",
    "MailTemplate",
    "Message",
    "MessageCopy",
    "MessageEvent",
    "MessageFile",
    "OptIn",
    "PageCount",
    "Sender",
    "Sequence",
    "SequenceEvent",
    "SequenceVersion",
    "Step",
    "Topic",
    "TopicRule",
    "Upload",
]
