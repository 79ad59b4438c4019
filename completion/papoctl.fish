# Completion of papoctl for fish: papoctl knows its commands, and asks papod for names.
function __papoctl_complete
    set -l words (string unescape -- (commandline -opc))
    set -l current (string unescape -- (commandline -ct))
    set -l candidates ($words[1] complete $words[2..] "$current" 2> /dev/null)
    if test "$candidates[1]" = :files
        __fish_complete_path "$current"
    else
        printf '%s\n' $candidates
    end
end
complete -c papoctl -f -a '(__papoctl_complete)'
