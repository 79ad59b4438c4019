/* Owns what papod --check can find out about papod.service from outside. */
#include "daemon/access.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "daemon/resolving.h"
#include "files/config_files.h"

#define SERVICE_USER "papod" /* User= in papod.service */
#define NOBODY 65534	     /* has no more permissions than a dynamic user of systemd */

/* What the sandbox hides: ProtectHome=, PrivateTmp=. */
static const char *const hidden[] = { "/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/" };

static const char *find_hidden(const char *path)
{
	for (size_t i = 0; i < ARRAY_LENGTH(hidden); i++)
		if (text_starts_with(path, hidden[i]))
			return hidden[i];
	return NULL;
}

static bool switch_to_user(const struct access_user *user)
{
	return initgroups(user->name, user->group) == 0 && setgid(user->group) == 0 &&
	       setuid(user->user) == 0;
}

/* Run in a child, because dropped privileges cannot be regained. */
static void try_to_open(const struct access_user *user, const char *path, int flags)
{
	int fd, error = 0;

	if (!switch_to_user(user))
		_exit(0);
	fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		error = errno;
	_exit(error);
}

static int try_as(const struct access_user *user, const char *path, int flags)
{
	pid_t pid = fork();
	int status = 0;

	if (pid < 0)
		return 0;
	if (!pid)
		try_to_open(user, path, flags);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : 0;
}

int access_try(const struct access_user *user, const char *path)
{
	return try_as(user, path, O_RDONLY);
}

/* The first directory of the path that the user may not enter; NULL: none. The caller frees. */
static char *find_closed_directory(const struct access_user *user, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		CLEANUP(buffer_done) struct buffer inside = { 0 };

		buffer_format(&inside, "%.*s/.", (int) (slash - path), path);
		if (try_as(user, inside.bytes, O_PATH) == -EACCES)
			return mem_text_n(path, (size_t) (slash - path));
	}
	return NULL;
}

static struct access_user find_service_user(void)
{
	const struct passwd *found = getpwnam(SERVICE_USER);

	if (found)
		return (struct access_user){ SERVICE_USER, found->pw_uid, found->pw_gid };
	return (struct access_user){ "nobody", NOBODY, NOBODY };
}

bool access_lacks_names(const struct settings *settings, const struct resolving_sockets *sockets)
{
	return (settings->dns_reverse || settings->n_blocklists) &&
	       !resolving_is_possible(sockets, settings->dns_socket);
}

void access_check_names(const struct settings *settings, const struct resolving_sockets *sockets,
	struct problems *problems)
{
	const char *option = settings->dns_reverse ? "dns.reverse" : "blocklists", *file;
	unsigned int line;

	if (!access_lacks_names(settings, sockets))
		return;
	file = settings->dns_reverse ? settings_origin(settings, option, &line)
				     : settings_item_origin(settings, option, 0, "zone", &line);
	problems_add(problems, true, file, line, option,
		"neither systemd-resolved nor papod-lookup runs here, and papod.service has no "
		"network of its own to ask name servers: clients keep their addresses, and no "
		"blocklist is asked; systemctl enable --now papod-lookup.socket, as papod "
		"--apply does, or leave the option out");
}

void access_check_acme(
	const struct settings *settings, const char *program, struct problems *problems)
{
	const char *file;
	unsigned int line;

	if (!settings->acme.n_names || access(program, X_OK) == 0)
		return;
	file = settings_origin(settings, "tls.acme", &line);
	problems_add(problems, true, file, line, "tls.acme",
		"%s, which gets the certificate, is not installed; apt install dehydrated",
		program);
}

static void warn_missing(const char *path, const char *what, struct problems *problems)
{
	if (access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR))
		return;
	problems_add(problems, true, path, 0, NULL,
		"this file, %s, is not there; until it is, clients get a certificate from before "
		"or one that the server signs itself",
		what);
}

void access_check_certificates(const struct settings *settings, struct problems *problems)
{
	const struct certificate_settings *certificate;

	for (size_t i = 0; (certificate = settings_certificate(settings, i)); i++) {
		if (certificate->is_awaited)
			continue;
		warn_missing(certificate->certificate, "a certificate", problems);
		warn_missing(certificate->key, "the key of a certificate", problems);
	}
}

static void warn_unreadable(const struct access_user *user, const char *path, bool is_directory,
	struct problems *problems)
{
	CLEANUP(mem_freep) char *closed = find_closed_directory(user, path);
	CLEANUP(buffer_done) struct buffer advice = { 0 };
	int error = access_try(user, path);

	if (!error || error == -ENOENT)
		return;
	config_files_advise(closed ? closed : path, closed || is_directory, &advice);
	problems_add(problems, true, path, 0, NULL,
		"you can read it, but papod.service, which runs as the user %s, cannot: %s%s%s; "
		"type %s",
		SERVICE_USER, closed ? closed : "", closed ? ": " : "", strerror(-error),
		advice.bytes);
}

void access_check_files(
	const struct settings *settings, const char *config, struct problems *problems)
{
	struct access_user user = find_service_user();
	CLEANUP(mem_freep) char *directory = config_files_directory(config);
	CLEANUP(buffer_done) struct buffer dropins = { 0 };
	const char *path, *place;

	for (size_t i = 0; (path = settings_source_name(settings, i)); i++) {
		CLEANUP(mem_freep) char *behind_links = realpath(path, NULL);

		place = find_hidden(behind_links ? behind_links : path);
		if (place)
			problems_add(problems, true, path, 0, NULL,
				"papod.service cannot see files under %s; move it, to /etc/papod "
				"for example",
				place);
		else
			warn_unreadable(&user, path, false, problems);
	}
	buffer_format(&dropins, "%s/conf.d", directory);
	warn_unreadable(&user, dropins.bytes, true, problems);
}
