"""Tests of the people who see ads."""

import random
import unittest

import people


class People(unittest.TestCase):
    """Who they are, and how many."""

    def test_count(self):
        dice = random.Random(13)
        for _ in range(300):
            stretches = []
            for _ in range(dice.randrange(12)):
                first = dice.randrange(60)
                stretches.append(range(first, first + dice.randrange(20)))
            self.assertEqual(people.count(stretches),
                             len(set().union(*stretches)))

    def test_who(self):
        self.assertEqual(people.count([people.who(0, 10, "ad", 1)]), 0)
        for times in (1, 2, 3, 10, 10 ** 9):
            seen = people.who(times, 10, "ad", 1)
            self.assertEqual(seen, people.who(times, 10, "ad", 1))
            self.assertTrue(1 <= len(seen) <= times)
        # Who clicks has seen the ad.
        self.assertLessEqual(set(people.who(20, 10, "ad", 1)),
                             set(people.who(900, 10, "ad", 1)))

    def test_days_share_people(self):
        days = [people.who(100, 200, "ad", day) for day in range(30)]
        whole = people.count(days)
        self.assertLess(whole, sum(map(len, days)))
        self.assertGreater(whole, max(map(len, days)))


if __name__ == "__main__":
    unittest.main()
