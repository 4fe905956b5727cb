"""The figures of one invented week (as `issues.figures` holds them), and a board of it."""

from __future__ import annotations

from typing import Any

from handlers.messages import Board, Choice, Figure, Matter

PAGE = "https://pratu.example/digest/12.7.1790000000.abcdef"

FIGURES: dict[str, Any] = {
    "version": 1,
    "agency": "DEMO",
    "agency_name": "เทศบาลตัวอย่าง",
    "what": "week",
    "period": "2026-W47",
    "week": "2026-W47",
    "from": "2026-11-16",
    "to": "2026-11-23",
    "fiscal_year": 2570,
    "fiscal_week": 8,
    "as_of": "2026-11-23T08:30:00+07:00",
    "received": 42,
    "resolved": 38,
    "reopened": 2,
    "open": 57,
    "overdue": 5,
    "urgent": 1,
    "by_category": {"EL": 12, "RD": 9, "WS": 6, "WT": 5, "EN": 4, "AN": 3, "CR": 1, "OT": 2},
    "by_channel": {"line": 30, "telegram": 4, "web": 3, "walkin": 5},
    "satisfaction": {"n": 25, "percent": 84},
    "by_kind": {"complaint": 31, "suggestion": 6, "opinion": 2, "compliment": 3},
    "by_unit": {
        "ENG": {"open": 21, "overdue": 4},
        "HEALTH": {"open": 18, "overdue": 1},
        "OFFICE": {"open": 18, "overdue": 0},
    },
    "counted": {"events": 311, "cases": 42, "people": 39, "co_complainants": 7},
    "concluded": {"n": 38, "by_type": {"fixed": 29, "explained": 6, "planned": 3}},
    "first_answer": {"n": 40, "median_hours": 5.5},
    "answered_in_15_days": {"n": 47, "percent": 96},
    "on_time": {"n": 38, "percent": 87},
    "confirmed": {"closed": 36, "confirmed": 21, "silence": 14, "other": 1, "percent": 58},
    "dissatisfied": {"n": 25, "percent": 16, "why": {"slow": 3, "not_told": 1}},
    "lowest": [
        {"item": "P.speed", "name": "ความรวดเร็วในการให้บริการ", "n": 24, "percent": 71},
        {"item": "P.officer", "name": "ความสุภาพและความเอาใจใส่ของเจ้าหน้าที่", "n": 23, "percent": 91},
    ],
    "spots": [
        {"category": "EL", "place": "ซอยวัดใหม่", "times": 5, "references": ["70-00290-3", "70-00301-7", "70-00322-3"]}
    ],
    "compliments": {"n": 3, "references": ["70-00333-0"]},
    "suggestions": {"n": 6, "used": 1},
    "unreachable": 1,
    "quota": {"known": True, "used": 212, "limit": 300, "forecast": 341, "held": 4},
    "model": {"version": "2026.11", "cases": 42, "confirmed": 17, "right_percent": 88, "abstained_percent": 7},
    "chain": {"head": "9f2c41d07ab35e6688d1c0a94be7f31255aa0c6d7e8f90112233445566778899", "links": 1904},
    "before": {
        "received": 33,
        "resolved": 40,
        "open": 53,
        "overdue": 7,
        "satisfaction": {"n": 31, "percent": 81},
    },
    "four_weeks": [
        {"period": "2026-W43", "received": 28, "resolved": 25, "open": 61},
        {"period": "2026-W44", "received": 35, "resolved": 31, "open": 65},
        {"period": "2026-W45", "received": 31, "resolved": 36, "open": 60},
        {"period": "2026-W46", "received": 33, "resolved": 40, "open": 53},
    ],
    "first": False,
    "to_decide": {"head_review": 2, "overdue": 1, "unassigned": 1},
    "decide": [
        {
            "reference": "70-00298-5",
            "why": "head_review",
            "days": 2,
            "category": "WT",
            "unit": "ENG",
            "confidential": False,
        },
        {
            "reference": "70-00305-8",
            "why": "head_review",
            "days": 1,
            "category": None,
            "unit": None,
            "confidential": True,
        },
        {
            "reference": "70-00311-6",
            "why": "overdue",
            "days": 12,
            "category": "RD",
            "unit": "ENG",
            "confidential": False,
        },
        {
            "reference": "70-00340-5",
            "why": "unassigned",
            "days": 3,
            "category": "OT",
            "unit": None,
            "confidential": False,
        },
    ],
}

MATTERS = (
    Matter(
        "70-00298-5 รออนุมัติผล",
        "น้ำประปาไม่ไหล หมู่ 4 กองช่างรายงานผลแล้ว 2 วัน: เปลี่ยนมาตรวัดน้ำและล้างท่อหลัก ผู้แจ้งยืนยันว่าน้ำไหลปกติ",
        (
            Choice("อนุมัติ", "/อนุมัติ 70-00298-5"),
            Choice("ส่งกลับให้แก้", "/ส่งกลับ 70-00298-5"),
            Choice("ดูเรื่อง", "/ดู 70-00298-5"),
        ),
    ),
    Matter("70-00305-8 รออนุมัติผล", "เรื่องลับ", (Choice("ดูเรื่อง", "/ดู 70-00305-8"),)),
    Matter(
        "70-00311-6 เกินกำหนด 12 วัน",
        "ถนน ม.7 กองช่าง",
        (Choice("เร่งหน่วยงาน", "/เร่ง 70-00311-6"), Choice("ดูเรื่อง", "/ดู 70-00311-6")),
    ),
)

BOARD = Board(
    title="สรุปประจำสัปดาห์ เทศบาลตัวอย่าง",
    period="16–22 พ.ย. 69 (ปีงบฯ 70 สัปดาห์ที่ 8)",
    figures=(
        Figure("รับใหม่", "42", "เพิ่ม 9"),
        Figure("ได้ข้อยุติ", "38", "ลด 2"),
        Figure("คงค้าง", "57", "เพิ่ม 4"),
        Figure("เกินกำหนด", "5", "ลด 2"),
        Figure("พึงพอใจ", "84%", "จาก 25 คำตอบ"),
    ),
    lines=(
        "มากสุด: ไฟส่องสว่าง 12 · ถนน 9 · ขยะ 6",
        "จุดซ้ำ: ซอยวัดใหม่ (ไฟ) 5 ราย",
        "หน่วยค้างสุด: กองช่าง 21 เรื่อง",
        "ไม่พึงพอใจ 16% สาเหตุหลัก “ช้า”",
    ),
    matters=MATTERS,
    text=(
        "สรุปประจำสัปดาห์ เทศบาลตัวอย่าง\n16–22 พ.ย. 69\nต้องตัดสินใจ 3 เรื่อง\n"
        "/อนุมัติ 70-00298-5\n/ดู 70-00305-8\n/เร่ง 70-00311-6\nรับใหม่ 42 (+9)"
    ),
    picture=f"{PAGE}/chart.png",
    choices=(Choice("ดูทั้งหมด", PAGE, "link"),),
)
