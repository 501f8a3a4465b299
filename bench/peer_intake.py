"""``python -m bench.peer_intake COUNT FILE``: runs in the peer's environment, which has only django-helpdesk."""

import json
import logging
import resource
import sys
import time
from email.message import EmailMessage

import django
from django.conf import settings
from django.core.management import call_command

from bench.workload import message_text

_APPS = (
    *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"),
    *("django.contrib.sites", "django.contrib.humanize", "django.contrib.admin", "rest_framework", "helpdesk"),
)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(count: int, file: str) -> None:
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    settings.configure(
        SECRET_KEY="bench",
        INSTALLED_APPS=_APPS,
        SITE_ID=1,
        USE_TZ=True,
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": {"init_command": pragmas}}
        },
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        ROOT_URLCONF="bench.peer_urls",
        HELPDESK_TEAMS_MODE_ENABLED=False,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from helpdesk.email import extract_email_metadata
    from helpdesk.models import Queue, Ticket

    logger = logging.getLogger("peer")
    logger.setLevel(logging.ERROR)
    queue = Queue.objects.create(title="City", slug="city", allow_email_submission=True)
    mails = [_mail(number) for number in range(count + count // 20)]
    for mail in mails[count:]:
        extract_email_metadata(mail, queue, logger)
    began, cpu = time.perf_counter(), _cpu()
    for mail in mails[:count]:
        extract_email_metadata(mail, queue, logger)
    took, used = time.perf_counter() - began, _cpu() - cpu
    figures = {
        "messages": count,
        "per_s": round(count / took),
        "cpu_ms_per_message": round(used / count * 1_000, 2),
        "per_cpu_s": round(count / used),
        "tickets": Ticket.objects.count(),
        "django_helpdesk": "2.6.1",
    }
    print(json.dumps(figures))


def _mail(number: int) -> str:
    mail = EmailMessage()
    mail["From"] = f"citizen{number}@example.org"
    mail["To"] = "city@example.org"
    mail["Subject"] = message_text(number)[1][:60]
    mail["Message-Id"] = f"<{number}@example.org>"
    mail.set_content(message_text(number)[1])
    return mail.as_string()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
