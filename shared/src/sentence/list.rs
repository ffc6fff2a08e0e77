//! What stands in a list beside the Reports' own reasons.

use super::catalogue::sentences;

sentences! {
    coded(code: Code, message: Said)
        "{code}: {message}"
        "{message}";
    coded_in(place: Said, code: Code, message: Said)
        "{place}: {code}: {message}"
        "{place}：{message}";
    is_stale(report: Text)
        "{report} is of no file that was read: its file is gone. --prune (PRUNE=1) removes such Reports"
        "{report}没有对应的文件：该文件已不在。加--prune（PRUNE=1）可删除此类识别结果";
    is_removed(report: Text)
        "{report} is removed"
        "已删除{report}";
    tally_of_stale(tally: Said, stale: Number)
        "{tally}; Reports of files that are gone: {stale}"
        "{tally}；文件已不在的识别结果：{stale}个";
    other_kind(path: Text)
        "{path} is no file and is left alone"
        "{path}不是文件，已跳过";
    a_folder(path: Text)
        "{path} is a folder and is left alone; --recursive (RECURSIVE=1) reads subfolders"
        "{path}是文件夹，已跳过；加--recursive（RECURSIVE=1）可识别子文件夹";
    watching()
        "watching: what comes into the folder is read; Ctrl-C ends it"
        "正在等待新文件，放入文件夹即识别；按Ctrl-C结束";
}
