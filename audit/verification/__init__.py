"""Reading the whole log again: does every event still say what it said, and is it all there?"""
