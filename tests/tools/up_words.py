"""What `make up` says, in the language of FAPIAO_LANG. Knows nothing of what it starts."""

import os

WORDS = {
    "en": {
        "sent": "sent", "not_sent": "not sent: {0}", "came": "came", "not_written": "cannot be written: {0}",
        "gone": "gone from the bucket, removed", "not_removed": "cannot be removed: {0}",
        "read": "read", "rejected": "rejected", "failed": "failed", "withdrawn": "withdrawn",
        "verified": "verified", "review": "to review",
        "stopping": "stopping ...", "stopped": "Everything that was started has been stopped.",
        "up": """
The local AWS is up. Ctrl-C ends it, with everything in it: buckets, Reports, and which invoices were seen before.

The page for people, in a browser: {api}
  its key:  make -s -C {root} key

A file into the folder; its Report comes back to {outbox}:
  cp {sample} {inbox}/
""",
        "details": """
  API             {api}
  AWS             {aws}   region {region}, any credentials
  input bucket    {input}
  output bucket   {output}
  log             {log}

A file to the API:
  KEY=$(make -s -C {root} key)
  {curl}

A file into the bucket:{missing}
  {aws_line}
  {upload}

One event through a function's own program, without Docker:
  make -C {root} invoke EVENT=tests/events/s3-put.json
""",
        "no_aws": "     (the aws command is not installed here; the next line does without)",
    },
    "zh": {
        "sent": "已提交", "not_sent": "未能提交：{0}", "came": "已返回", "not_written": "无法写入：{0}",
        "gone": "存储桶中已没有，已移除", "not_removed": "无法移除：{0}",
        "read": "已识别", "rejected": "已拒绝", "failed": "失败", "withdrawn": "已撤回",
        "verified": "已核实", "review": "待复核",
        "stopping": "正在停止……", "stopped": "已全部停止。",
        "up": """
本地AWS已启动。按Ctrl-C结束，其中的一切随之消失：存储桶、识别结果、查重记录。

用浏览器打开页面：{api}
  密钥用此命令查看：  make -s -C {root} key

把文件放进文件夹，识别结果回到{outbox}：
  cp {sample} {inbox}/
""",
        "details": """
  API             {api}
  AWS             {aws}   区域{region}，凭证任意
  输入存储桶      {input}
  输出存储桶      {output}
  日志            {log}

把文件发给API：
  KEY=$(make -s -C {root} key)
  {curl}

把文件放进存储桶：{missing}
  {aws_line}
  {upload}

不用Docker，让一个事件经过函数自身的程序：
  make -C {root} invoke EVENT=tests/events/s3-put.json
""",
        "no_aws": "     （这里没有安装aws命令，下一行不需要它）",
    },
}


def words():
    """The words of the language that is set, English where none is."""
    return WORDS.get(os.environ.get("FAPIAO_LANG") or "en", WORDS["en"])
