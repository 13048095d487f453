"""What is to be done for one student: which exercises to judge, and which verdicts still hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from clinic.catalog import Course
from clinic.errors import ClinicError
from clinic.exercise import attempted
from clinic.grading.baseline import Baseline
from clinic.grading.digests import check_digests, course_digest, digest_of
from clinic.grading.handin import HandIn, read_handin
from clinic.grading.results import RuleResult, StudentResult, credit
from clinic.grading.sandbox import Enclosure
from clinic.grading.submissions import Submission
from clinic.nbval_run import core_facts, require_checks
from clinic.verdict import Fact, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Syllabus:
    """The course as grading needs it: what is asked, and what a verdict on it depends on.

    ``rules`` are those to grade in this run, ``checks`` the digest of each rule's check,
    ``stated`` the core facts of each rule.
    """

    course: Course
    rules: tuple[str, ...]
    enclosure: Enclosure | None
    checks: Mapping[str, str]
    stated: Mapping[str, tuple[Fact, ...]]
    originals: Mapping[str, str]
    points: Mapping[str, int]

    def digest(self, rule: str, source: str) -> str:
        """Return what a verdict on this text depends on."""
        limits = asdict(self.enclosure) if self.enclosure is not None else {}
        limits.pop("bwrap", None)  # where it stands changes no verdict
        return digest_of(self.checks[rule], source, self.enclosure is not None, limits)

    @property
    def at_start(self) -> dict[str, str]:
        """Return for each rule the digest of the shipped text itself."""
        return {rule: self.digest(rule, text) for rule, text in self.originals.items()}

    @property
    def course_digest(self) -> str:
        """Return the digest of all checks; see :func:`.digests.course_digest`."""
        return course_digest(self.checks)


def syllabus(course: Course, rules: Iterable[str] | None, enclosure: Enclosure | None) -> Syllabus:
    """Read the course for grading; ``rules`` None means all.

    Raises UsageError for a rule that the course does not have or a course without checks, and
    CourseError where a check is missing.
    """
    require_checks(course)
    wanted = {course.rule(rule).id for rule in rules} if rules is not None else None
    return Syllabus(
        course,
        tuple(rule.id for rule in course.rules if wanted is None or rule.id in wanted),
        enclosure,
        check_digests(course),
        {rule.id: core_facts(course, rule.id) for rule in course.rules},
        course.originals,
        {rule.id: rule.points for rule in course.rules},
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """One student: what was handed in, the results that hold, and what is to be judged.

    ``known`` are the results that need no judge: kept from an earlier run, or not attempted.
    """

    submission: Submission
    sources: Mapping[str, str]
    answers: Mapping[str, str]
    notes: tuple[str, ...]
    digests: Mapping[str, str]
    known: Mapping[str, RuleResult]
    stored: StudentResult | None

    @property
    def to_judge(self) -> tuple[str, ...]:
        """The rules whose exercises a judge must see."""
        return tuple(rule for rule in self.sources if rule not in self.known)

    @property
    def needs_baseline(self) -> tuple[str, ...]:
        """The rules whose points may depend on what the shipped app meets."""
        partly = [rule for rule, kept in self.known.items() if is_partial(kept.verdict)]
        return (*self.to_judge, *partly)


def make_plan(
    subject: Syllabus, submission: Submission, stored: StudentResult | None, *, regrade: bool
) -> Plan:
    """Read a submission and tell what is to be done; nothing in it can raise.

    ``stored`` is the result of an earlier run, which counts unless ``regrade``.
    """
    handin = _read(subject.course, submission)
    changed = {
        rule: source
        for rule, source in handin.sources.items()
        if rule in subject.originals and attempted(source, subject.originals[rule])
    }
    digests = {rule: subject.digest(rule, source) for rule, source in changed.items()}
    kept = _still_valid(stored, digests)
    known = {
        rule: result for rule, result in kept.items() if not (regrade and rule in subject.rules)
    }
    for rule in (*subject.rules, *_untouched(stored)):
        if rule in subject.points and rule not in changed:
            known[rule] = _not_attempted(subject, rule)
    return Plan(
        submission,
        {rule: changed[rule] for rule in subject.rules if rule in changed},
        handin.answers,
        (*submission.notes, *handin.notes),
        digests,
        known,
        stored,
    )


def _read(course: Course, submission: Submission) -> HandIn:
    try:
        return read_handin(submission.files, course)
    except ClinicError as error:
        return HandIn({}, notes=(str(error),))
    except Exception as error:  # whatever a stranger's file does, it costs only this student
        fault = f"{type(error).__name__}: {error}"[:300]
        return HandIn({}, notes=(f"The files could not be read ({fault}).",))


def _still_valid(
    stored: StudentResult | None, digests: Mapping[str, str]
) -> dict[str, RuleResult]:
    results = stored.rules if stored is not None else ()
    return {
        result.verdict.rule: result
        for result in results
        if result.verdict.outcome is not Outcome.COULD_NOT_TELL
        and result.digest
        and result.digest == digests.get(result.verdict.rule)
    }


def _untouched(stored: StudentResult | None) -> list[str]:
    """Return the rules of which an earlier run found that they were not attempted."""
    rows = stored.rules if stored is not None else ()
    return [r.verdict.rule for r in rows if r.verdict.outcome is Outcome.NOT_ATTEMPTED]


def _not_attempted(subject: Syllabus, rule: str) -> RuleResult:
    verdict = Verdict(rule, Outcome.NOT_ATTEMPTED, subject.stated[rule])
    return RuleResult(verdict, 0.0, subject.points[rule])


def is_partial(verdict: Verdict) -> bool:
    """Tell whether the points for a verdict depend on what the shipped app meets."""
    return verdict.outcome is Outcome.NOT_YET and any(fact.met for fact in verdict.core)


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts that a run has found for one student, with how often it tried."""

    verdicts: Sequence[Verdict]
    seconds: float
    tries: Mapping[str, int] = field(default_factory=dict)


def settle(
    subject: Syllabus, plan: Plan, judged: Judged | None, baseline: Baseline
) -> StudentResult:
    """Return the student's result: the verdicts that hold and those just found, with points."""
    rows = {rule: _scored(subject, result, baseline) for rule, result in plan.known.items()}
    for verdict in judged.verdicts if judged is not None else ():
        rule = verdict.rule
        tries = judged.tries.get(rule, 1) if judged is not None else 1
        row = RuleResult(verdict, 0.0, 0, tries, plan.digests[rule])
        rows[rule] = _scored(subject, row, baseline)
    order = [rule.id for rule in subject.course.rules]
    results = tuple(rows[rule] for rule in order if rule in rows)
    digest = digest_of([result.digest for result in results], dict(plan.answers))
    fresh = StudentResult(
        student=plan.submission.student,
        key=plan.submission.key,
        digest=digest,
        rules=results,
        ids=plan.submission.ids,
        late=plan.submission.late,
        notes=plan.notes,
        answers=plan.answers,
        sandboxed=subject.enclosure is not None,
    )
    return _dated(fresh, plan.stored, judged)


def _scored(subject: Syllabus, result: RuleResult, baseline: Baseline) -> RuleResult:
    """Return the result with its points; no share for a rule whose shipped app is not known."""
    verdict, possible = result.verdict, subject.points[result.verdict.rule]
    if not is_partial(verdict):
        points = credit(verdict, possible, frozenset())
    else:
        at_start = baseline.at_start(verdict.rule)
        points = 0.0 if at_start is None else credit(verdict, possible, at_start)
    return replace(result, points=points, possible=possible)


def _dated(
    fresh: StudentResult, stored: StudentResult | None, judged: Judged | None
) -> StudentResult:
    """Keep the date of the grading where nothing was judged anew."""
    if judged is None and stored is not None:
        return replace(fresh, graded_at=stored.graded_at, seconds=stored.seconds)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return replace(fresh, graded_at=now, seconds=judged.seconds if judged is not None else 0.0)
