/* Owns the table of events of forges, and a line for each. What has another form than those of the
 * table is left out of the line, as the next release of a forge may have it. */
#include "proto/hook_forge.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define MOST_COMMITS 3 /* with a line of their own */
#define SHORT_COMMIT 7 /* digits */

struct forge_event {
	const char *name;
	/* Append the rest of the line, behind the repository and the sender; or nothing. */
	void (*put)(struct buffer *line, json_t *body);
};

static const char *either_text(json_t *body, const char *path, const char *other)
{
	const char *text = hook_text(body, path);

	return text ? text : hook_text(body, other);
}

/* "refs/heads/main" */
static const char *name_of_ref(const char *ref, bool *ret_is_tag)
{
	*ret_is_tag = ref && text_starts_with(ref, "refs/tags/");
	if (*ret_is_tag)
		return ref + strlen("refs/tags/");
	return ref && text_starts_with(ref, "refs/heads/") ? ref + strlen("refs/heads/") : ref;
}

static size_t count_commits(json_t *body)
{
	json_int_t total = json_integer_value(hook_member(body, "total_commits"));
	size_t count = json_array_size(hook_member(body, "commits"));

	return total > 0 && (size_t) total > count ? (size_t) total : count;
}

static void put_push(struct buffer *line, json_t *body)
{
	bool is_tag, is_deleted = json_is_true(hook_member(body, "deleted"));
	const char *ref = name_of_ref(hook_text(body, "ref"), &is_tag);
	size_t count = count_commits(body);

	if (is_deleted)
		buffer_put_text(line, is_tag ? "deleted tag " : "deleted branch ");
	else if (is_tag)
		buffer_put_text(line, "pushed tag ");
	else
		buffer_format(line, "pushed %zu commit%s to ", count, count == 1 ? "" : "s");
	hook_put_word(line, ref);
	if (!is_deleted)
		hook_put_url(line, either_text(body, "compare_url", "compare"));
}

/* "#5: It does not work https://..." */
static void put_numbered(struct buffer *line, json_t *object)
{
	buffer_format(
		line, "#%lld: ", (long long) json_integer_value(hook_member(object, "number")));
	hook_put_word(line, hook_text(object, "title"));
}

static void put_issue(struct buffer *line, json_t *body)
{
	hook_put_word(line, hook_text(body, "action"));
	buffer_put_text(line, " issue ");
	put_numbered(line, hook_member(body, "issue"));
	hook_put_url(line, hook_text(body, "issue.html_url"));
}

static void put_pull_request(struct buffer *line, json_t *body)
{
	if (json_is_true(hook_member(body, "pull_request.merged")))
		buffer_put_text(line, "merged");
	else
		hook_put_word(line, hook_text(body, "action"));
	buffer_put_text(line, " pull request ");
	put_numbered(line, hook_member(body, "pull_request"));
	hook_put_url(line, hook_text(body, "pull_request.html_url"));
}

static void put_comment(struct buffer *line, json_t *body)
{
	json_t *issue = hook_member(body, "issue");
	const char *action = hook_text(body, "action");

	if (!action || strcmp(action, "created") != 0)
		return;
	buffer_put_text(line, "commented on ");
	put_numbered(line, issue ? issue : hook_member(body, "pull_request"));
	hook_put_url(line, hook_text(body, "comment.html_url"));
}

static void put_release(struct buffer *line, json_t *body)
{
	hook_put_word(line, hook_text(body, "action"));
	buffer_put_text(line, " release ");
	hook_put_word(line, hook_text(body, "release.tag_name"));
	hook_put_url(line, hook_text(body, "release.html_url"));
}

static void put_workflow(struct buffer *line, json_t *body)
{
	if (!hook_text(body, "workflow_run.conclusion"))
		return; /* it still runs */
	buffer_put_text(line, "ran ");
	hook_put_word(line, hook_text(body, "workflow_run.name"));
	buffer_put_text(line, " on ");
	hook_put_word(line, hook_text(body, "workflow_run.head_branch"));
	buffer_put_text(line, ": ");
	hook_put_word(line, hook_text(body, "workflow_run.conclusion"));
	hook_put_url(line, hook_text(body, "workflow_run.html_url"));
}

static void put_ref(struct buffer *line, const char *verb, json_t *body)
{
	bool is_tag;

	buffer_format(line, "%s ", verb);
	hook_put_word(line, hook_text(body, "ref_type"));
	buffer_put_text(line, " ");
	hook_put_word(line, name_of_ref(hook_text(body, "ref"), &is_tag));
}

static void put_created(struct buffer *line, json_t *body)
{
	put_ref(line, "created", body);
}

static void put_deleted(struct buffer *line, json_t *body)
{
	put_ref(line, "deleted", body);
}

static void put_ping(struct buffer *line, json_t *body)
{
	(void) body;
	buffer_put_text(line, "set up this webhook");
}

static const struct forge_event forge_events[] = {
	{ "create", put_created },
	{ "delete", put_deleted },
	{ "issue_comment", put_comment },
	{ "issues", put_issue },
	{ "ping", put_ping },
	{ "pull_request", put_pull_request },
	{ "push", put_push },
	{ "release", put_release },
	{ "workflow_run", put_workflow },
};

static void put_commit(struct buffer *line, json_t *commit)
{
	const char *id = hook_text(commit, "id");

	buffer_put_text(line, "  ");
	buffer_format(
		line, "%.*s ", SHORT_COMMIT, id && !id[strspn(id, "0123456789abcdef")] ? id : "");
	hook_put_word(line, hook_text(commit, "message"));
	buffer_put_text(line, " (");
	hook_put_word(line, hook_text(commit, "author.name"));
	buffer_put_text(line, ")");
}

static bool add_commits(struct hook_draft *draft, json_t *body)
{
	json_t *commits = hook_member(body, "commits"), *commit;
	CLEANUP(buffer_done) struct buffer line = { 0 };
	size_t i;

	json_array_foreach(commits, i, commit)
	{
		if (i == MOST_COMMITS)
			break;
		put_commit(&line, commit);
		if (!hook_add_line(draft, &line))
			return false;
	}
	return true;
}

bool hook_parse_forge(struct hook_draft *draft, const char *event, json_t *body)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };
	const char *sender = either_text(body, "sender.login", "pusher.name");
	const struct forge_event *row = NULL;
	size_t before;

	for (size_t i = 0; i < ARRAY_LENGTH(forge_events); i++)
		if (strcmp(forge_events[i].name, event) == 0)
			row = &forge_events[i];
	buffer_put_text(&line, "[");
	hook_put_word(&line, hook_text(body, "repository.full_name"));
	buffer_put_text(&line, "] ");
	hook_put_word(&line, sender ? sender : "someone");
	buffer_put_text(&line, " ");
	before = line.length;
	if (row)
		row->put(&line, body);
	if (line.length == before) {
		draft->hook.is_silent = "Nothing is said about events of this kind";
		return true;
	}
	return hook_add_line(draft, &line) && (row->put != put_push || add_commits(draft, body));
}
