/* Owns the faces of users, and the masks that are compared with them.
 *
 * Masks of channels and of SILENCE match only what members of the channel can see, also those of
 * operators of the server: the host that is shown, and both cloaks (of the name and of the address)
 * even while another host is shown. Neither a host from an operator nor mode -x therefore lifts a
 * ban. The address and its name match only while the user shows one of them; otherwise an operator
 * of a channel could find an address by trying bans, one digit at a time. So +x lifts a ban on the
 * address, and a ban on the cloak matches before and after. cloak.bans_see_through gives that
 * protection up. Bans of the server match everything.
 *
 * Faces are stored with the user, and masks are parsed when they are set, because each message
 * tries bans. */
#include "world/faces.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/mask.h"
#include "proto/mask_index.h"
#include "world/user.h"

#define FACES 6

/* The nick is folded as in the map. The texts are distinct, and those that others see come
 * first. */
struct faces {
	char *name; /* nick!user */
	char *texts[FACES + 1];
	struct mask_index *indexes[FACES + 1]; /* of the texts; NULL: not needed yet */
	struct mask_index *name_index;
	size_t n_texts;
	size_t n_shown;
	struct address address;
	bool shows_address;
};

void hostmask_init(struct hostmask *mask, const char *text)
{
	const char *at = strrchr(text, '@');

	*mask = (struct hostmask){ .text = mem_text(text), .folded = mask_fold(text) };
	if (!at || !address_parse_network(at + 1, &mask->network))
		return;
	mask->name = mem_text_n(text, (size_t) (at - text));
	mask->folded_name = mask_fold(mask->name);
}

void hostmask_done(struct hostmask *mask)
{
	free(mask->text);
	free(mask->name);
	free(mask->folded);
	free(mask->folded_name);
}

void faces_drop_indexes(struct faces *faces)
{
	for (size_t i = 0; i < faces->n_texts; i++)
		mask_index_free(TAKE(faces->indexes[i]));
	mask_index_free(TAKE(faces->name_index));
}

void faces_free(struct faces *faces)
{
	if (!faces)
		return;
	faces_drop_indexes(faces);
	for (size_t i = 0; i < faces->n_texts; i++)
		free(faces->texts[i]);
	free(faces->name);
	free(faces);
}

static void add_face(struct faces *faces, const char *host)
{
	struct buffer face = { 0 };
	size_t i = 0;

	if (!host)
		return;
	buffer_format(&face, "%s@%s", faces->name, host);
	while (i < faces->n_texts && strcmp(faces->texts[i], face.bytes) != 0)
		i++;
	if (i < faces->n_texts)
		buffer_done(&face);
	else
		faces->texts[faces->n_texts++] = buffer_take(&face);
}

static void add_address(struct faces *faces)
{
	char text[ADDRESS_TEXT_BYTES];

	address_format(&faces->address, text);
	add_face(faces, faces->address.family == ADDRESS_FAMILY_NONE ? NULL : text);
}

/* Others may know both cloaks from before the visible host changed, so cloaks always count as
 * shown. The real host counts only while it is visible, and then the address too: the name leads to
 * it. */
struct faces *faces_new(const struct user *user)
{
	struct faces *faces = mem_new(sizeof(*faces));
	struct buffer name = { 0 };

	buffer_format(&name, "%s!%s", user->folded, user->name);
	faces->name = buffer_take(&name);
	faces->address = user->address;
	faces->shows_address = user->host == user->real_host;
	add_face(faces, user->host);
	add_face(faces, user->cloak);
	add_face(faces, user->address_cloak);
	if (faces->shows_address)
		add_address(faces);
	faces->n_shown = faces->n_texts;
	add_face(faces, user->real_host);
	add_address(faces);
	return faces;
}

static bool name_matches(struct faces *faces, enum casemap casemap, const struct hostmask *mask)
{
	bool is_folded = casemap == CASEMAP_UTF8 && mask->folded_name;

	return mask_match_indexed(casemap, is_folded ? mask->folded_name : mask->name, faces->name,
		&faces->name_index);
}

static bool face_network_matches(struct faces *faces, enum casemap casemap,
	const struct hostmask *mask, enum faces_depth depth)
{
	return (depth == FACES_ALL || faces->shows_address) &&
	       address_is_in(&faces->address, &mask->network) && name_matches(faces, casemap, mask);
}

bool faces_match(struct faces *faces, enum casemap casemap, const struct hostmask *mask,
	enum faces_depth depth)
{
	bool is_folded = casemap == CASEMAP_UTF8 && mask->folded;
	const char *pattern = is_folded ? mask->folded : mask->text;
	size_t n = depth == FACES_ALL ? faces->n_texts : faces->n_shown;

	if (mask->name)
		return face_network_matches(faces, casemap, mask, depth);
	for (size_t i = 0; i < n; i++)
		if (mask_match_indexed(casemap, pattern, faces->texts[i], &faces->indexes[i]))
			return true;
	return false;
}
