/* Webhooks of GitHub, Forgejo and Gitea, which tell nearly the same. */
#pragma once

#include "proto/hook_draft.h"

bool hook_parse_forge(struct hook_draft *draft, const char *event, json_t *body);
