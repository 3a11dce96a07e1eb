"""Who comes of each kept file of an HR system, and the answers to what it leaves open."""

# Who comes of each file: HR identifier|first name|last name|e-mail|department|job profile|active, gone or nothing.
PEOPLE = {
    "03_canvas_users.csv": """
        01103|Bob|Smith|bob.smith@ex.example|||active
        13834|John|Doe|john.doe@ex.example|||gone
        13aa3|Peggy|Sue|peggy.sue@ex.example|||gone""",
    "06_oneroster12_users.csv": """
        u-78001|Ivy|Grind|ivy.grind@ex.example|||active
        u-78002|Jo|Tamp|jo.tamp@ex.example|||gone""",
    "09_totara_two_jobs.csv": """
        T-10|Nia|Pour|nia.pour@ex.example|HC-VES|BAR|""",
    "15_cornerstone_user.csv": """
        C900|Xia|Rye|xia.rye@ex.example|DIV-12|POS-3|active
        C901|Yan|Fig|yan.fig@ex.example|DIV-12|POS-4|gone""",
    "16_successfactors_udf.csv": """
        sf100|Zoe|Plum|zoe.plum@ex.example|…Vesterbro|Barista|active
        sf101|Abe|Kiwi|abe.kiwi@ex.example|…Vesterbro|Barista|gone""",
    "17_sf_learning_stud.txt": """
        sl1|Bea|Lime|bea.lime@ex.example|VES|BAR|active""",
    "18_workday_report.csv": """
        W-1|Cy|Date|cy.date@ex.example|Vesterbro Baristas|Barista|active
        W-2|Di|Fern|di.fern@ex.example|Vesterbro Baristas|Barista|active
        W-3|Ed|Gum|ed.gum@ex.example|Vesterbro Baristas|Barista|gone""",
    "19_bamboohr.csv": """
        501|Eve|Gold|eve.gold@ex.example|…Vesterbro|Barista|active
        502|Fay|Husk|fay.husk@ex.example|…Vesterbro|Barista|active
        503|Gil|Iris|gil.iris@ex.example|…Vesterbro|Barista|gone""",
    "20_personio_de.csv": """
        1001|Jörg|Straßer|joerg.strasser@ex.example|…Vesterbro|Barista|active
        1002|Käthe|Müller|kaethe.mueller@ex.example|…Vesterbro|Barista|gone
        1003|Lutz|Öhm|lutz.oehm@ex.example|…Vesterbro|Barista|active""",
    "21_hibob.csv": """
        3210001|Mia|Jade|mia.jade@ex.example|…Vesterbro|Barista|active
        3210002|Ned|Kelp|ned.kelp@ex.example|…Vesterbro|Barista|gone
        3210003|Oda|Loaf|oda.loaf@ex.example|…Vesterbro|Barista|gone""",
    "23_entra_bulk_create.csv": """
        E-1|Tia|Pear|tia.pear@ex.example|…Vesterbro|Barista|active
        E-2|Ulf|Quid|ulf.quid@ex.example|…Vesterbro|Barista|gone""",
    "24_entra_export.csv": """
        8f0c|Val|Rice|val.rice@ex.example|…Vesterbro|Barista|active
        8f0d|Wil|Sago|wil.sago@ex.example|…Vesterbro|Barista|gone""",
    "25_google_users.csv": """
        G-1|Xan|Taro|xan.taro@ex.example|…Vesterbro|Barista|active
        G-2|Yve|Ugli|yve.ugli@ex.example|…Vesterbro|Barista|gone""",
    "27_ad_csvde.csv": """
        AD-1|Al|Wasa|al.wasa@ex.example|…Vesterbro|Barista|active
        AD-2|Bo|Yam|bo.yam@ex.example|…Vesterbro|Barista|gone""",
    "30_sap_alv_text.txt": """
        00012347|Ute|Falk|ute.falk@ex.example|…Vesterbro||""",
    "31_danish_hr_cp1252.csv": """
        0071|Åse|Østergård|aase@ex.example|…Nørreport|Barista|active
        0072|Bjørn|Kjær|bjoern@ex.example|…Nørreport|Barista|gone
        0073|Cæcilie|Gøg|caecilie@ex.example|…Nørreport|Barista|""",
    "32_excel_unicode_text.txt": """
        9101|Ebbe|Åkær|ebbe@ex.example|…Vesterbro|Barista|active""",
    "34_title_rows_above.csv": """
        9301|Hal|Tu|hal@ex.example|…Vesterbro|Barista|""",
    "38_header_variants_de.csv": """
        9601|Leo|Ypsi|leo@ex.example|…Vesterbro|Barista|active""",
    "40_pipe.csv": """
        9801|Nis|Ærø|nis@ex.example|…Vesterbro||""",
    "41_leaver_no_email.csv": """
        9902|Pil|Bo|pil@ex.example|…Vesterbro||active""",
    "43_mac_roman_cr.csv": """
        9921|Søs|Dø|soes@ex.example|||""",
    "47_mixed_encoding.csv": """
        9961|Søren|Å|soren@ex.example|||
        9962|Jørn|Ø|jorn@ex.example|||""",
    "49_scim_like_status.csv": """
        9981|Fox|Re|fox@ex.example|||gone
        9982|Gus|So|gus@ex.example|||gone
        9983|Hue|Ti|hue@ex.example|||active
        9984|Ira|Un|ira@ex.example|||gone
        9985|Jax|Vo|jax@ex.example|||active""",
    "52_xlsx_merged_title.xlsx": """
        8002|Max|Zed|max.z@ex.example|…Vesterbro|Barista|active""",
    "54_xlsx_cover_sheet_first.xlsx": """
        8004|Ova|Bay|ova@ex.example|…Vesterbro|Barista|active""",
    "63_workday_supervisory_parens.csv": """
        8201|Zan|Key|zan@ex.example|Food / Beverage R&D|Barista|
        8202|Abi|Low|abi@ex.example|Sales / Marketing|Barista|""",
}
# What a person answers to the questions of a file, in their order.
ANSWERS = {
    "20_personio_de.csv": {"status:elternzeit": "active"},
    "21_hibob.csv": {"status:gardenleave": "inactive"},
    "31_danish_hr_cp1252.csv": {"status:barsel": "keep"},
    "49_scim_like_status.csv": {
        "status:preboarding": "inactive",
        "status:withdrawn": "inactive",
        "status:a": "active",
        "status:t": "inactive",
        "status:regular": "active",
    },
}
REFUSED = {"60_html_as_xls.xls"}
