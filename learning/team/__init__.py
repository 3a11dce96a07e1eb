"""Learning as people see it who work with learners: the progress of a person, of a module and of a team."""
