"""Products of a feed in the ads of a campaign.

An ad shows none, one or several products.  So impressions of products are not
those of ads: each product has those of the ads that it was in.  A click is on
one product or on none, and what follows it is that product's.  Names are those
of the day on which something happened.
"""

import datetime

from world import METRIC_INDEX, Cell, cut_vector

IMPRESSIONS = METRIC_INDEX["impressions"]
RENAMED = datetime.date(2026, 11, 10)


class Product:
    """A product of the feed, and of 100 ads those that it is in."""

    def __init__(self, item, brand, kind, percent, *titles):
        self.item = item
        self.brand = brand
        self.kind = kind
        self.percent = percent
        self.titles = titles

    def segments(self, day):
        """Returns what was known about the product on a day."""
        return {"product_item_id": self.item, "product_brand": self.brand,
                "product_type_l1": self.kind,
                "product_title": self.titles[-1 if day >= RENAMED else 0]}


PRODUCTS = (
    Product("sku-001", "hanbit", "신발", 80, "런닝화 \"여성\" 240",
            "런닝화 \"여성\" 240 (리뉴얼)"),
    Product("SKU_002", "hanbit", "신발", 60, "Trail shoes, men's"),
    Product("online:ko:KR:3", None, None, 30, "양말 3켤레"),
)
# Parts of the clicks; the last one is of no product.
CLICKED = (5, 3, 1, 1)


def cells(day, pairs):
    """Returns the cells of a campaign's products on a day."""
    made = []
    for place, whole in pairs:
        for index, product in enumerate(PRODUCTS):
            part = list(cut_vector(whole, CLICKED, index))
            part[IMPRESSIONS] = whole[IMPRESSIONS] * product.percent // 100
            if any(part):
                device, network = place
                made.append(Cell(dict(
                    product.segments(day), device=device,
                    ad_network_type=network), tuple(part)))
    return made
