import { createContext, Fragment, type ReactNode, useContext, useMemo } from "react";
import { type Problem, problemsAt } from "./problems";

const Context = createContext<readonly Problem[]>([]);

/** What the server found wrong, for the fields below. */
export function ProblemsProvider(props: { problems: readonly Problem[]; children: ReactNode }) {
  return <Context.Provider value={props.problems}>{props.children}</Context.Provider>;
}

export interface FieldProps {
  error?: ReactNode;
  "data-place": string;
}

/** Props of a field by its place in the file: the server's sentences, and where the summary finds it. */
export function useFields(): (place: string, deep?: boolean) => FieldProps {
  const problems = useContext(Context);
  return useMemo(
    () => (place: string, deep?: boolean) => {
      const found = problemsAt(problems, place, deep);
      return {
        "data-place": place,
        error: found.length > 0 ? <Sentences texts={found} /> : undefined,
      };
    },
    [problems],
  );
}

export const useProblems = () => useContext(Context);

/** Several sentences about one field; they stand inside of a paragraph. */
function Sentences({ texts }: { texts: readonly string[] }) {
  return texts.map((text, n) => (
    <Fragment key={text}>
      {n > 0 && <br />}
      {text}
    </Fragment>
  ));
}
