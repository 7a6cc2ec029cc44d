"""What the platform says otherwise after some days.

Installs of devices that were offline arrive until 02:00 UTC of the next day,
and others are taken back; users bring all that they do with them or take it
away.  What networks report of their ads is corrected for days.  Raw reports,
aggregates, cohorts and SKAdNetwork say the same of a user, so a user changes
only as long as all of them may.
"""

from restate import restated

# How far back that goes, in days before the app's today.
USERS_REACH = 2
ADS_REACH = 7


class Generation:
    """One state of what happened; number 0 changes nothing.  `today` returns
    an app's current day."""

    def __init__(self, number=0, today=None):
        self.number = number
        self.today = today

    def of_users(self, campaign, ordinal):
        """Returns what happens to those who came on a day, as restated()
        does."""
        return self._of(campaign, ordinal, USERS_REACH)

    def of_ads(self, campaign, ordinal):
        """Returns what happens to a day's ad activity.  While users change, it
        is gone with them, so that a day may be empty of both."""
        return (self._of(campaign, ordinal, USERS_REACH)
                or self._of(campaign, ordinal, ADS_REACH))

    def _of(self, campaign, ordinal, reach):
        if not self.number:
            return 0
        age = self.today(campaign.app).toordinal() - ordinal
        return restated(self.number, campaign.key, ordinal, age, reach)
