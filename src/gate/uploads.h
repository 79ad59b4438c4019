/* The uploaded files: a directory that all processes of the gate share.
 *
 *     accounts/17/NAME   each file of the account with the id 17, from its first byte on
 *     files/NAME         the same file, once it is complete: only such files can be downloaded
 *     lock               held while files come and go; it has the sum of their sizes
 *
 * A name is random, so that only those who were given it find the file. What a process leaves that
 * ends in the middle has no second name: it cannot be downloaded, and is removed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/http.h"
#include "proto/upload_head.h"
#include "proto/upload_list.h"

#define UPLOADS_OF_ACCOUNT 1000

struct uploads;
struct upload; /* a file that is being received */

struct uploads_limits {
	uint64_t account_bytes;
	uint64_t total_bytes;
	uint32_t hourly; /* of an account */
};

/* Open the directory, and make it if its parent is there. 0 or a negative errno. The caller has a
 * reference; so has each file that is being received. */
int uploads_open(const char *directory, struct uploads **ret_uploads);
void uploads_unref(struct uploads *uploads); /* NULL is allowed */
/* Add the sizes of all files; for one process, before others use the directory. */
void uploads_recount(struct uploads *uploads);
uint64_t uploads_total(const struct uploads *uploads);

/* Reserve the space of a file. HTTP_STATUS_OK: *ret_upload is to be freed. Otherwise the answer,
 * with a reason for the user. */
enum http_status uploads_begin(struct uploads *uploads, const struct upload_head *head,
	const struct uploads_limits *limits, struct upload **ret_upload, const char **ret_reason);
/* 0 or a negative errno. The bytes are those of the content, in their order. */
int upload_write(struct upload *upload, const void *bytes, size_t length);
uint64_t upload_left(const struct upload *upload); /* bytes that are missing */
/* Everything is written: from now on the file can be downloaded. 0 or a negative errno. */
int upload_finish(struct upload *upload);
const char *upload_name(const struct upload *upload);
void upload_free(struct upload *upload); /* removes a file that is not finished; NULL is allowed */

struct uploaded_file {
	int fd; /* the content begins at UPLOAD_HEAD_BYTES */
	uint64_t changed_ns;
	struct upload_head head;
};
/* The caller owns the descriptor. False: there is no such file. */
bool uploads_find(const struct uploads *uploads, const char *name, struct uploaded_file *ret_file);
/* Remove a file of the account. False: there is none with that name. */
bool uploads_remove(struct uploads *uploads, uint64_t account, const char *name);
/* Set n_files and bytes of the report, and list files of the account, newest first, without those
 * that its question skips. */
void uploads_list(const struct uploads *uploads, uint64_t account, struct upload_report *report);
/* Remove all files of an account; returns how many. */
size_t uploads_erase(struct uploads *uploads, uint64_t account);

/* Remove the files of an account that are older, and those that a process left that has ended. Its
 * directory is removed when it is empty. Returns how many. */
size_t uploads_tidy_account(struct uploads *uploads, uint64_t account, uint64_t older_than_s);
/* Walk the accounts with files: 0 ends the walk, and the next call begins another one. */
uint64_t uploads_next_account(struct uploads *uploads);
/* Only one process tidies. False: another one does. */
bool uploads_become_tidier(struct uploads *uploads);
