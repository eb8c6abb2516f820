"""S21: text of a loaded file that is a script is shown as text on every page."""

from __future__ import annotations

import time
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.wait import WebDriverWait

from data.warehouse import Filters
from services import customers, datasets, training
from services.roles import SYSTEM

pytestmark = pytest.mark.browser

HOSTILE = [
    "<img src=x onerror=alert(1)>", "<script>alert(2)</script>", '"><svg onload=alert(3)>',
    "javascript:alert(4)", "<b>bold</b>", "<a href='javascript:alert(5)'>x</a>", "{{7*7}}",
    "=HYPERLINK(\"http://evil.example\")", "</textarea><script>alert(6)</script>", "<iframe srcdoc='x'>",
]  # fmt: skip
PLANTED = (
    "return document.querySelectorAll(\"img[src=x], svg[onload], iframe, a[href^='javascript:'], "
    'main script, .js-plotly-plot a, main b").length'
)


@pytest.fixture(scope="module")
def hostile(house, tmp_path_factory):
    """Load customers whose ids, levels and column names are scripts; the demo is back afterwards."""
    random, rows = np.random.default_rng(5), 200
    plan = random.choice(HOSTILE, rows)
    left = random.random(rows) < np.where(np.isin(plan, HOSTILE[:5]), 0.6, 0.2)
    table = pd.DataFrame(
        {
            "customer_id": [f"{HOSTILE[n % len(HOSTILE)]} {n}" for n in range(rows)],
            "contract <i onclick=alert(7)>": plan,
            "region": random.choice(HOSTILE, rows),
            "monthly_price": random.uniform(5, 90, rows).round(2),
            "churned": np.where(left, "Yes", "No"),
        }
    )
    path = tmp_path_factory.mktemp("hostile") / "hostile.csv"
    table.to_csv(path, index=False)
    before = house.installation.dataset().spec.name
    datasets.load(house.installation, SYSTEM, path)
    training.train(house.installation, SYSTEM)
    yield customers.page(house.installation, SYSTEM, Filters()).rows[0]["id"]
    datasets.use(house.installation, SYSTEM, before)


@pytest.mark.parametrize("path", ["/", "/customers", "/customer?id={id}", "/what-if?customer={id}", "/log"])
def test_text_of_a_file_is_never_run(path, hostile, visit):
    driver = visit(path.format(id=quote(hostile, safe="")))
    WebDriverWait(driver, 20).until(lambda d: d.find_elements(By.CSS_SELECTOR, "main h1"))
    time.sleep(1.5)
    assert not expected.alert_is_present()(driver)
    assert driver.execute_script(PLANTED) == 0
    if path != "/log":
        assert "alert(" in driver.find_element(By.TAG_NAME, "main").text  # it is there, as text
    severe = [line["message"] for line in driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]
    assert severe == []
