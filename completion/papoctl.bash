# Completion of papoctl for bash: papoctl knows its commands, and asks papod for names.
_papoctl() {
	local candidate current=${COMP_WORDS[COMP_CWORD]}

	COMPREPLY=()
	while IFS= read -r candidate; do
		if [ "$candidate" = :files ]; then
			compopt -o filenames 2> /dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
		else
			COMPREPLY+=("$(printf '%q' "$candidate")")
		fi
	done < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
}
complete -F _papoctl papoctl
