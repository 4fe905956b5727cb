"""The evidence of PMQA category 3: tables T-01 to T-22, KPIs and form 2.3, from the rows the bot works on."""
