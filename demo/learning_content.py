"""
The texts of the demo's modules, events and documents.

An interaction is kind, title, text, and optional parts: its choices (* is right), the file that it opens, "optional".
"""

from typing import Any

MODULES: list[dict[str, Any]] = [
    {
        "title": "Welcome to Harbour Coffee",
        "summary": "Who we are, how a shift runs, and who to ask.",
        "description": "Ten minutes for your first day. You can come back to it whenever you like.",
        "audience": None,
        "interactions": [
            (
                "read",
                "How a shift runs",
                "A shift has three parts: **opening** (machine on, grinder set, milk counted), **service**, and "
                "**closing** (till, cleaning, list for tomorrow).\n\nThe shift lead decides; when in doubt, ask.",
            ),
            ("acknowledge", "House rules", "Clean apron, hair tied back, phone in the locker during service."),
        ],
    },
    {
        "title": "Food safety basics",
        "summary": "Temperatures, hands, surfaces: what keeps guests healthy.",
        "description": "Everybody who handles food does this once a year. It takes about twenty minutes.",
        "audience": None,
        "due_in_days": 4,
        "interactions": [
            (
                "read",
                "Clean hands",
                "Wash for **twenty seconds**: before the shift, after the till, after waste, after a break.\n\n"
                "Gloves don't replace washing.",
            ),
            (
                "single_choice",
                "How cold is the milk fridge?",
                "Pick the highest temperature that is still fine.",
                ["2 °C", "* 5 °C", "8 °C", "12 °C"],
            ),
            (
                "multiple_choice",
                "When do you change the cloth?",
                "Choose all that apply.",
                ["* After raw egg or meat", "* When it smells", "Once a week", "* At the end of the shift"],
            ),
            ("acknowledge", "I report illness", "With vomiting or diarrhoea I stay at home, and call my shift lead."),
            (
                "free_text",
                "In your own words",
                "What would you change in your bar to make food safety easier?",
                "optional",
            ),
        ],
    },
    {
        "title": "Allergens at the counter",
        "summary": "The fourteen allergens, and what to say when you are not sure.",
        "description": "Guests rely on your answer. *“I will look it up”* is always a good one.",
        "tries": 3,
        "pass_mark": 80,
        "audience": None,
        "due_in_days": -3,
        "interactions": [
            (
                "read",
                "Where it stands",
                "Every recipe card lists its allergens at the top. The folder lies beside the till.\n\n"
                "- Oat milk contains **gluten**.\n- Almond syrup contains **nuts**.\n- Our brownie contains **egg**.",
            ),
            (
                "single_choice",
                "A guest asks whether the brownie is free of egg",
                "What do you answer?",
                ["“I think so.”", "“Most things are.”", "* “It contains egg. Would you like something without?”"],
            ),
            (
                "multiple_choice",
                "Which of these contain gluten?",
                "Choose all that apply.",
                ["* Oat milk", "* Cinnamon bun", "Filter coffee", "* Rye sandwich"],
            ),
        ],
    },
    {
        "title": "Latte art basics",
        "summary": "Texture the milk, pour a heart.",
        "description": "Practise with water and a drop of dish soap first: it saves milk.",
        "audience": "Barista",
        "due_in_days": 30,
        "interactions": [
            (
                "open_file",
                "The recipe card",
                "Open it, and keep it beside the machine.",
                ("flat-white-card.txt", "Flat white\n\nDose    18 g\nMilk    130 ml, 60 °C, thin foam\n"),
            ),
            ("read", "Texture", "Air in the first **three seconds**, then roll the milk until the jug is hand-hot."),
            (
                "single_choice",
                "When do you stop adding air?",
                "",
                ["* Before the milk is lukewarm", "At 70 °C", "When it is loud"],
            ),
            ("free_text", "Your first three hearts", "What went well, what do you try next?"),
        ],
    },
    {
        "title": "Latte art: tulip and swan",
        "summary": "For those whose hearts are steady.",
        "description": "",
        "audience": "Barista",
        "after": ["Latte art basics"],
        "interactions": [("read", "The tulip", "Three pushes, each a little smaller, then pull through.")],
    },
    {
        "title": "Closing the till",
        "summary": "Count, compare, note, lock.",
        "description": "For everybody in Copenhagen who closes alone.",
        "audience": "Copenhagen",
        "due_in_days": 12,
        "interactions": [
            (
                "read",
                "The four steps",
                "1. Count twice.\n2. Compare with the report.\n3. Note the difference.\n4. Lock.",
            ),
            (
                "single_choice",
                "There are 40 kr. too few",
                "What do you do?",
                ["Put them in from the tips", "* Note it and tell the shift lead", "Wait until tomorrow"],
            ),
        ],
    },
    {
        "title": "The grinder, cleaned and set",
        "summary": "Ten minutes a day that the whole bar tastes.",
        "description": "",
        "audience": "Nørreport",
        "due_in_days": 20,
        "interactions": [
            (
                "read",
                "Every evening",
                "1. Close the hopper and grind out what is left.\n2. Brush the chute and the fork.\n"
                "3. Wipe the hopper dry: **never** with soap on the lid.",
            ),
            (
                "single_choice",
                "The shot runs through in 18 seconds",
                "The dose is right. What do you change?",
                ["* Grind finer", "Grind coarser", "Tamp harder"],
            ),
            ("acknowledge", "Unplugged first", "I pull the plug before I open the burrs."),
        ],
    },
    {
        "title": "The new cold room in Aarhus",
        "summary": "Where things are since the rebuild.",
        "description": "",
        "audience": "Aarhus",
        "due_in_days": 6,
        "interactions": [
            ("read", "What moved", "Milk is on the left, pastry on the right, and nothing stands on the floor."),
            ("acknowledge", "I know where the alarm is", "The red button beside the door opens it from inside."),
        ],
    },
]

EVENTS: list[dict[str, Any]] = [
    {
        "title": "Latte art night",
        "summary": "Bring your jug. Three machines, two judges, one very small cup for the winner.",
        "place": "Roastery, Copenhagen",
        "audience": "Copenhagen",
        "in_days": 9,
        "hour": 19,
        "hours": 3,
        "capacity": 24,
    },
    {
        "title": "First aid for shift leads",
        "summary": "Burns, cuts, fainting: what to do until help is there.",
        "place": "Head office, Havnegade 12",
        "audience": None,
        "in_days": 16,
        "hour": 9,
        "hours": 4,
        "capacity": 12,
    },
    {
        "title": "Steaming milk, hands on",
        "summary": "Three machines, three places: who comes steams.",
        "place": "Bar at Nørreport",
        "audience": "Copenhagen",
        "in_days": 12,
        "hour": 16,
        "hours": 2,
        "capacity": 3,
    },
    {
        "title": "Cupping: three farms in Huila",
        "summary": "We taste what we sell from January on.",
        "place": "Bar at Aarhus Central",
        "audience": "Aarhus",
        "in_days": 5,
        "hour": 17,
        "hours": 2,
    },
    {
        "title": "Winter menu, online",
        "summary": "Twenty minutes with Carl: what is new, and why the cinnamon bun changes.",
        "place": "Online",
        "audience": None,
        "in_days": 3,
        "hour": 14,
        "hours": 1,
    },
]

DOCUMENTS: list[dict[str, Any]] = [
    {
        "title": "Food safety: the wall chart",
        "summary": "Temperatures, hands and cloths on one page, to print for the bar.",
        "audience": None,
        "name": "food-safety-wall-chart.pdf",
        "text": "Hands\n\n  Wash for twenty seconds: before the shift, after the till, after waste, after a break.\n\n"
        "Temperatures\n\n  Milk fridge           at most 5 °C\n"
        "  Display with food     at most 5 °C, or sold within 3 hours\n"
        "  Soup                  at least 65 °C\n  Dishwasher            at least 82 °C in the last rinse\n\n"
        "Cloths\n\n  Blue for the steam wand, yellow for tables, red for the floor.\n"
        "  Fresh ones at the start of every shift, and whenever one smells.\n\n"
        "Illness\n\n  With vomiting or diarrhoea stay at home, and call your shift lead.\n"
        "  Come back 48 hours after the last symptom.\n",
    },
    {
        "title": "Cleaning plan",
        "summary": "What is cleaned when, and who does it.",
        "audience": None,
        "name": "cleaning-plan.csv",
        "text": "What,When,Who\nSteam wand,after each drink,barista\nGrinder,every evening,closing shift\n"
        "Fridge,every Monday,shift lead\nDrain,every first of the month,store manager\n",
    },
    {
        "title": "Recipe card: flat white",
        "summary": "Dose, time and milk.",
        "audience": "Barista",
        "name": "flat-white.txt",
        "text": "Flat white\n\nDose    18 g\nYield   36 g in 28 seconds\n"
        "Milk    130 ml, 60 °C, thin foam\nCup     160 ml\n",
    },
    {
        "title": "Who to call",
        "summary": "Technician, roastery, head office.",
        "audience": None,
        "name": "who-to-call.txt",
        "text": "Machine does not heat   Technician, extension 41\nNo beans               Roastery, extension 30\n"
        "Somebody is ill        Your shift lead, then head office, extension 10\n",
    },
    {
        "title": "Holiday opening hours",
        "summary": "December and January, all bars.",
        "audience": None,
        "name": "opening-hours.txt",
        "text": "24 December   8–14\n25 December   closed\n31 December   8–16\n1 January     10–17\n",
        "from_next_monday": True,
    },
]
