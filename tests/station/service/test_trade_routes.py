# SPDX-License-Identifier: GPL-3.0-or-later
"""The trade over the API: a shop system states a phone before it is plugged in, and finds it by its asset tag."""

from tests.support.service_room import SERIAL, ServiceRoom


def test_a_shop_system_states_a_phone_ahead_and_follows_it_through_its_lot(room: ServiceRoom) -> None:
    body = {"about": SERIAL, "ahead": True, "asset_tag": "A-1 <script>", "lot": "W 48/a"}
    with room.over_tcp(room.token("integrator")) as shop:
        assert shop.put("/v1/lots/W 48", json={"expected": 1}).status_code == 200
        told = shop.post("/v1/tags", json=body).json()
        assert (told["job"], told["number"]) == (None, SERIAL.lower())
        assert shop.post("/v1/tags", json={**body, "lot": "w 48"}).json()["stated"]["lot"] == "W 48"
        assert shop.get("/v1/lots/W 48").json()["not_come"] == [SERIAL.lower()]
        job = room.confirm(room.plan()).json()["job"]
        room.until("finished")
        (found,) = shop.get("/v1/jobs", params={"find": "A-1 <s"}).json()["jobs"]
        assert (found["job"], found["asset_tag"], found["lot"]) == (job, "A-1 <script>", "W 48")
        lot = shop.get("/v1/lots/w 48").json()
        assert (lot["lot_total"]["arrived"], lot["lot_total"]["missing"], lot["not_come"]) == (1, 0, [])
        visits = shop.get("/v1/history", params={"phone": SERIAL}).json()["visits"]
        assert [(one["by"], one["role"], one["ahead"]) for one in visits[0]["statements"]] == [
            ("Li Wei", "integrator", True),
            ("Li Wei", "integrator", True),
        ]
        table = shop.get("/v1/exports/jobs", params={"lot": "W 48", "excel": "true"})
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        assert table.text.splitlines()[1].startswith(job)
        line = shop.get("/v1/exports/jobs", params={"format": "jsonl", "since": "2020-01-01"}).json()
        assert (line["job"], line["asset_tag"]) == (job, "A-1 <script>")
        assert shop.get("/v1/exports/jobs", params={"since": "2020-02-31"}).status_code == 422
        refused = shop.post("/v1/tags", json={**body, "about": job, "ahead": False, "note": "a\nb"})
        assert (refused.status_code, refused.json()["code"]) == (422, "field_refused")
        assert shop.post("/v1/tags", json={**body, "color": "red"}).status_code == 422
    record = room.client.get(f"/v1/jobs/{job}/record.json").text
    assert "A-1" not in record, "no paper holds what a shop states"
    assert "W 48" not in record
    with room.over_tcp(room.token("auditor")) as auditor:
        assert auditor.post("/v1/tags", json=body).status_code == 403
