"""What happens by the clock: notices leave, messages are handed on, decisions are watched, the trail is checked and purged.

A timer's function runs once at a time in all instances; what fails is an invocation that failed, and the next one tries anew.
Each run costs an instance its least time, so that none comes more often than it has to.
"""

import logging
from datetime import timedelta

import azure.durable_functions as df
import azure.functions as func

from services.domain.base import utc_now
from services.domain.errors import Conflict
from services.domain.users import SYSTEM
from services.functions.host import host
from services.pipeline.outbox import Sender

_RETENTION = timedelta(days=2558)
"""Seven years with their two leap days, and the day on which they end."""
_NOTICES_AT_ONCE = 100
timers = df.Blueprint()
_log = logging.getLogger(__name__)


@timers.function_name("HandOnTimer")
@timers.timer_trigger("timer", "0 * * * * *")
def hand_on(timer: func.TimerRequest) -> None:
    """Hand on messages that were committed elsewhere, or whose handing on broke off."""
    del timer
    host().queue.hand_on()


@timers.function_name("NoticesTimer")
@timers.timer_trigger("timer", "30 * * * * *")
def send_notices(timer: func.TimerRequest) -> None:
    """Send the notices that are due."""
    del timer
    services = host().services
    sender = Sender(services.outbox, services.notifier, telemetry=services.telemetry)
    for _ in range(_NOTICES_AT_ONCE):
        if not sender.send_next():
            return


@timers.function_name("DecisionsTimer")
@timers.timer_trigger("timer", "15 */5 * * * *")
def watch_decisions(timer: func.TimerRequest) -> None:
    """Trip the kill switch where decisions ask for it, and certify anew from a week's decisions."""
    del timer
    host().services.calibration.watch()


@timers.function_name("TrailTimer")
@timers.timer_trigger("timer", "0 0 2 * * *")
def check_trail(timer: func.TimerRequest) -> None:
    """Check the whole audit trail, which leaves a signed checkpoint; raises Conflict where it is broken."""
    del timer
    breach = host().services.ports.audit.inspect().breach
    if breach is not None:
        raise Conflict(f"The audit trail is broken at entry {breach.seq}: {breach.sentence}")


@timers.function_name("RetentionTimer")
@timers.timer_trigger("timer", "0 30 2 * * *")
def purge_trail(timer: func.TimerRequest) -> None:
    """Purge the entries whose seven years are over; raises Conflict under a legal hold or where the trail is broken."""
    del timer
    purged = host().services.retention.purge((utc_now() - _RETENTION).date(), SYSTEM)
    if purged is not None:
        _log.info("purged entries %d to %d of the audit trail", purged.first, purged.through)
