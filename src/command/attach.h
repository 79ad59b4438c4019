/* A session that joins those of its user. */
#pragma once

#include "action/cloak.h"

struct user;

/* The registration of the caller is complete, and the user is that of attaching_find(). */
void attach_to_user(struct call *call, struct user *user, const struct cloaks *cloaks);
