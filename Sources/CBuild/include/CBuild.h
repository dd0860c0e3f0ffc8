// Which commit a program is built from; empty where nothing has said so (scripts/wheel does).
const char *simrun_commit(void);
const char *simrun_commit_date(void);
