"""The report of a run: pages for people, tables and calendars for programs. It decides nothing.

``site.write_site(run, folder)`` writes the pages, ``exports`` the files for other programs,
``summary`` the result in one object; ``write.finish`` does all of it at the end of a run.
``words`` holds every sentence, ``views`` what each page says, ``pictures`` its drawings and
``templates`` its shape and style.
"""
