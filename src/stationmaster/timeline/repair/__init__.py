"""The week when it goes wrong: a new plan that keeps what is under way and changes as little as possible.

In: :class:`~stationmaster.timeline.repair.letters.RepairProblem`. Out:
:class:`~stationmaster.timeline.repair.letters.Repair`, the changed week, its plan and every change with
its reason. The maker is ``repair.repair``; ``check.faults`` verifies the difference and the freeze on
its own, and ``timeline.check`` the new plan against the changed week.
"""
