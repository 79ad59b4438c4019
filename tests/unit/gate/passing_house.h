/* papod's end of the requests that a gate passes, in virtual time. */
#pragma once

#include "base/buffer.h"
#include "gate/passing.h"
#include "link_house.h"

struct passing_house {
	struct house *house;
	struct passing *passing;
	/* The last request that papod was passed. */
	int fd; /* -1: none; papod's end */
	struct web_request request;
	struct buffer body;
};

/* For cmocka. */
int passing_house_setup(void **state);
int passing_house_teardown(void **state);

/* "192.0.2.1" */
struct address passing_house_address(const char *text);
/* A turn of the loop, with all timers. */
void passing_house_turn(struct passing_house *scene);
void passing_house_pass_time(struct passing_house *scene, uint64_t ms);

/* Is there a request? Then papod has its socket, and nothing was read. */
bool passing_house_is_asked(struct passing_house *scene);
/* papod reads all of a request: there must be one. */
void passing_house_expect_request(struct passing_house *scene);

/* papod writes. */
void passing_house_say(struct passing_house *scene, const void *bytes, size_t length);
void passing_house_say_head(struct passing_house *scene, const struct web_answer *answer);
void passing_house_say_frame(struct passing_house *scene, const char *text);
void passing_house_hang_up(struct passing_house *scene);
/* papod crashes, and another one listens, which the gate finds again. */
void passing_house_lose_papod(struct passing_house *scene);
void passing_house_find_papod(struct passing_house *scene);
/* Has the gate closed the request? */
bool passing_house_is_closed(const struct passing_house *scene);
