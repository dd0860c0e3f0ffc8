#ifndef CPARTIAL_FILES_H
#define CPARTIAL_FILES_H

/* The files and folders this process has begun and that do not count yet: what a signal that ends the process
 * must remove. A signal's handler may take no lock and no memory, so they are kept here and not in Swift. */

/* Adds a path. Returns 0 where there is no memory for it, else 1. */
int partial_files_add(const char *path);

/* Forgets a path; nothing happens to the file. */
void partial_files_remove(const char *path);

/* Removes all files, and all folders with nothing else in them. May be called in the handler of a signal. */
void partial_files_remove_all(void);

/* Lets `signal` end the process with `message` on standard error and exit code `code`, once all is removed.
 * `message` must live as long as the process. */
void partial_files_end_at(int signal, const char *message, int code);

#endif
