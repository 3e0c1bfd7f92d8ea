import { table } from "../table.ts";

// docs.github.com/rest documents the items of each listing.

export const commits = table("commits", {
  keys: "sha",
  instants: "authored_at committed_at",
  texts: "sha node_id url html_url comments_url",
  objects: "commit author committer",
  lists: "parents",
});

export const issues = table("issues", {
  keys: "id",
  instants: "created_at updated_at closed_at",
  integers: "id number comments",
  texts: `node_id url repository_url labels_url comments_url events_url html_url timeline_url state
    state_reason title body active_lock_reason author_association`,
  booleans: "locked draft",
  objects: "user assignee milestone closed_by reactions type",
  lists: "labels assignees",
});

export const pullRequests = table("pull_requests", {
  keys: "id",
  instants: "created_at updated_at closed_at merged_at",
  integers: "id number",
  texts: `node_id url html_url diff_url patch_url issue_url commits_url review_comments_url
    review_comment_url comments_url statuses_url state title body active_lock_reason merge_commit_sha
    author_association`,
  booleans: "locked draft",
  objects: "user milestone assignee head base auto_merge",
  lists: "labels assignees requested_reviewers requested_teams",
});

export const releases = table("releases", {
  keys: "id",
  instants: "created_at published_at updated_at",
  integers: "id mentions_count",
  texts: `node_id url html_url assets_url upload_url tarball_url zipball_url tag_name target_commitish name
    body discussion_url`,
  booleans: "draft prerelease immutable",
  objects: "author reactions",
  lists: "assets",
});

export const stargazers = table("stargazers", {
  keys: "user_id",
  instants: "starred_at",
  integers: "user_id",
  objects: "user",
});
